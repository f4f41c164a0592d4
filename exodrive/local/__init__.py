"""Running a whole house on one machine: embedded servers, simulators and the processes of the Procfile."""
